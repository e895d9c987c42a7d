console.log("moe-bench");
