"""Small Polis exports to import, whole or spoiled."""

from pathlib import Path

COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1700000000,x,0,7,1,0,1,The AI should be kind.
1700000001,x,1,2,1,0,0,"The AI should, in general, be brief."
1700000002,x,2,2,0,1,-1,Buy my book!
"""
VOTES = """timestamp,datetime,comment-id,voter-id,vote
1700000010000,x,0,1,1
1700000011000,x,0,2,-1
1700000012000,x,1,2,0
1700000013000,x,2,1,-1
"""
MATRIX = """participant,xid,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2
1,secret,0,0,2,1,1,1,,-1
2,secret,1,2,2,0,1,-1,0,
"""


def write_export(directory: Path, **files: str | bytes | None) -> Path:
    """Three statements and two people; a file given by name replaces that one, None omits it."""
    contents = {"comments": COMMENTS, "votes": VOTES, "participants_votes": MATRIX} | files
    for name, content in contents.items():
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (directory / f"{name.replace('_', '-')}.csv").write_bytes(data)
    return directory
