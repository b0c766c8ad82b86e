module drover.dev/sandbox/demo-app

go 1.26.0
