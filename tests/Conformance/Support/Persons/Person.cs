using System.Text.RegularExpressions;

namespace Postern.Conformance.Support.Persons;

/// <summary>A way in which a person opens sessions: which program is started with what.</summary>
internal abstract partial class Person
{
    /// <summary>What stock and own programs print before anything else.</summary>
    public const string SessionIdPattern = @"SessionId: (?<id>[\w=,.@-]+-[0-9a-z]{17,})";

    public abstract string Name { get; }

    /// <summary>Why this way cannot be tried here, or null.</summary>
    public abstract string? Unavailable { get; }

    /// <summary>Whether its sending direction has the fixed pauses of AWS's plugin (0.68 MB/s, whatever the link).</summary>
    public virtual bool Slow => false;

    public abstract Command Shell(Gateway gateway, string target);

    public abstract Command Forward(Gateway gateway, string target, int localPort, int port, string? host = null);

    /// <summary>A session on standard input and output, as ssh's ProxyCommand wants it.</summary>
    public abstract Command Ssh(Gateway gateway, string target, string port);

    public abstract Command Run(Gateway gateway, string target, string command, bool interactive);

    public override string ToString() => Name;

    /// <summary>Waits until a forward listens and returns its session id.</summary>
    public virtual async Task<string> ForwardReadyAsync(TerminalProcess forward)
    {
        var id = (await forward.SeesAsync(SessionIdPattern)).Groups["id"].Value;
        await forward.SeesAsync("Waiting for connections");
        return id;
    }

    /// <summary>Who the person is: the administrator's variables and a home of their own, so that nothing of this machine's user is read.</summary>
    protected static Dictionary<string, string?> EnvironmentOf(Gateway gateway) => new(gateway.Administrator)
    {
        ["HOME"] = Path.GetDirectoryName(gateway.Folder),
        ["AWS_PAGER"] = "",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["AWS_PROFILE"] = null,
        ["AWS_SESSION_TOKEN"] = null,
        ["AWS_ENDPOINT_URL"] = gateway.Endpoint,
    };

    [GeneratedRegex(SessionIdPattern)]
    public static partial Regex SessionId();
}
