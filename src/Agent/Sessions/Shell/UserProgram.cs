using Postern.Agent.Pty;

namespace Postern.Agent.Sessions.Shell;

/// <summary>Makes the command line, environment and folder of a program that runs as a session's user.</summary>
internal static class UserProgram
{
    private const string Language = "LANG";

    /// <summary>The user's own login shell.</summary>
    public static SpawnOptions LoginShell(UserAccount user) => For(user, user.Shell, ["-l"]);

    public static SpawnOptions For(UserAccount user, string program, IReadOnlyList<string> arguments)
    {
        var options = new SpawnOptions
        {
            Program = program,
            Arguments = arguments,
            Environment = EnvironmentOf(user),
            WorkingDirectory = Directory.Exists(user.Home) ? user.Home : "/",
        };
        return UserAccount.Current.UserId == user.UserId ? options : As(user, options);
    }

    // setpriv changes the user and then becomes the program: no process is left between the agent and the shell.
    private static SpawnOptions As(UserAccount user, SpawnOptions options) => options with
    {
        Program = SystemProgram.Find("setpriv") ?? throw new SessionFailedException("Unable to start command: setpriv (package util-linux) is not installed on the node."),
        Arguments = [$"--reuid={user.UserId}", $"--regid={user.GroupId}", "--init-groups", "--inh-caps=-all", "--", options.Program, .. options.Arguments],
    };

    private static string[] EnvironmentOf(UserAccount user) =>
    [
        $"HOME={user.Home}",
        $"USER={user.Name}",
        $"LOGNAME={user.Name}",
        $"SHELL={user.Shell}",
        $"PATH={SystemProgram.SearchPath}",
        "TERM=xterm-256color",
        $"{Language}={Environment.GetEnvironmentVariable(Language) ?? "C.UTF-8"}",
    ];
}
