using Postern.Cli.Commands;
using Postern.Cli.Plugin;

// One program, two names: AWS's tools look for session-manager-plugin beside themselves.
var name = Path.GetFileNameWithoutExtension(Environment.ProcessPath);
return name == PluginProgram.Name ? await PluginProgram.RunAsync(args) : await PosternProgram.RunAsync(args);
