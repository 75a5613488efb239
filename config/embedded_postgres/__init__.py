"""The site's own PostgreSQL: started on first use under var/, shared by every process of the site."""

DATABASE_NAME = "collective_constitution"
