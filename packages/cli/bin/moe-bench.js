#!/usr/bin/env bun
// The source as it is: a bundle started 4 ms sooner at best, which is not worth a second copy that can be stale.
import "../src/main.ts";
