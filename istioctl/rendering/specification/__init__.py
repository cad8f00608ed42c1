"""From flags and files to one merged, checked IstioOperator specification."""
