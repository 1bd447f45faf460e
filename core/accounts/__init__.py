"""Who is at the browser: accounts, passwords, logins, and what each role may do."""
