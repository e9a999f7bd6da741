"""Amazon API Gateway and Lambda Function URLs, which share two payload formats."""
