namespace Postern.Cli.Output;

/// <summary>What postern's exit code means. A command run by start passes its own code on.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int SessionFailed = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int Denied = 4;
    public const int TargetUnavailable = 5;

    public const string Help = """
        Exit codes:
          0  all went well
          1  the session failed, or the service reported an error
          2  wrong usage or settings
          3  the gateway cannot be reached or is not trusted
          4  access denied, or no credentials
          5  the target is unknown or not connected
        """;
}
