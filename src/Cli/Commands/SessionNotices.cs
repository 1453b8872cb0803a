using Postern.Cli.Terminal;
using Postern.Client;

namespace Postern.Cli.Commands;

/// <summary>Shows what a person should know of a session that goes on, on standard error.</summary>
internal static class SessionNotices
{
    public static readonly SessionOptions Options = new() { OnNotice = Show, WantExitCode = true };

    /// <summary>The terminal may be in raw mode: a new line needs both characters.</summary>
    private static void Show(SessionNotice notice) => StandardOutput.Error.Text($"postern: {notice.Text}\r\n");
}
