"""GraphQL servers: graphene, strawberry, ariadne, and what they share."""
