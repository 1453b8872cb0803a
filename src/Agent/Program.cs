return await Postern.Agent.Host.CommandLine.RunAsync(args);
