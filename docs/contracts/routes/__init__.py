"""What the HTTP functions ask and answer: one entry a route, from which OpenAPI and the page are made."""
