"""What several framework files share: routes, routers, declared types, queries, what answers read."""
