"""Go's text/template for Python, compiled to Python code. Knows neither Kubernetes nor YAML."""
