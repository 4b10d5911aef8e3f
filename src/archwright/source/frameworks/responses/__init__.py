"""What a service answers with: pages, redirects, cookies, sessions, as the web frameworks write them."""
