namespace Postern.Conformance.Support.Servers;

/// <summary>Database servers refuse to run as root: as root they run as the account their package made, otherwise as whoever runs the tests.</summary>
internal static class ServiceAccount
{
    public static Command As(string account, Command command) =>
        Environment.UserName == "root" ? command.Under("setpriv", $"--reuid={account}", $"--regid={account}", "--clear-groups") : command;

    public static Task OwnAsync(string folder, string account) =>
        Environment.UserName == "root" ? Child.OutputOfAsync(new("chown", $"{account}:", folder)) : Task.CompletedTask;
}
