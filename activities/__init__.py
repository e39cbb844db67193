"""Activities: what a step is, one file a step. No SDK, no retry loop; a step never calls another step."""
