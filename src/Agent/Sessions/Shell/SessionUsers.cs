using Postern.Agent.Host;
using Postern.Agent.Pty;
using Postern.Agent.Sessions.Documents;

namespace Postern.Agent.Sessions.Shell;

/// <summary>
/// Decides which user a session runs as: the document's runAs user, or ssm-user, which is made when it is missing. An agent that is
/// not root can only be itself.
/// </summary>
internal sealed class SessionUsers(bool allowSudo, Poller poller, AgentLog log)
{
    public const string DefaultUser = "ssm-user";
    private const string SudoersFolder = "/etc/sudoers.d", SudoersFile = SudoersFolder + "/postern-agent-users";
    private const UnixFileMode SudoersMode = UnixFileMode.UserRead | UnixFileMode.GroupRead;

    private readonly SemaphoreSlim _making = new(1);

    /// <summary>The user of a session. Throws <see cref="SessionFailedException"/> when it may not be used or is not there.</summary>
    public async Task<UserAccount> ChooseAsync(DocumentFields inputs, string runAsUser, CancellationToken cancellationToken)
    {
        var self = UserAccount.Current;
        if (inputs.Flag("runAsEnabled"))
            return RunAs(self, string.IsNullOrWhiteSpace(runAsUser) ? inputs.Text("runAsDefaultUser") : runAsUser);
        if (!self.IsRoot)
            return self;
        await _making.WaitAsync(cancellationToken);
        try
        {
            var user = UserAccount.Find(DefaultUser) ?? await MakeDefaultUserAsync();
            AllowSudo();
            return user;
        }
        finally
        {
            _making.Release();
        }
    }

    private static UserAccount RunAs(UserAccount self, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new SessionFailedException("Unable to start command: please set the RunAs default user (inputs.runAsDefaultUser of the session document).");
        if (!self.IsRoot)
            throw new SessionFailedException($"Unable to start command: the agent must run as root to use RunAs; it runs as {self.Name}.");
        var user = UserAccount.Find(name)
            ?? throw new SessionFailedException($"Unable to start command: failed to start pty since RunAs user {name} does not exist");
        if (user.UserId == 0 || user.GroupId == 0)
            throw new SessionFailedException($"Unable to start command: invalid uid and gid: RunAs user {name} is root");
        return user;
    }

    private async Task<UserAccount> MakeDefaultUserAsync()
    {
        var shell = File.Exists("/bin/bash") ? "/bin/bash" : UserAccount.FallbackShell;
        var (exitCode, text) = await SystemProgram.RunAsync(
            "useradd", ["--create-home", "--shell", shell, "--comment", "Sessions of the Postern agent", DefaultUser], poller);
        if (exitCode != 0 || UserAccount.Find(DefaultUser) is not { } user)
            throw new SessionFailedException($"Unable to start command: the user {DefaultUser} is missing and could not be made: useradd ended with {exitCode}: {text}");
        log.Info($"made the user {DefaultUser} for sessions");
        return user;
    }

    // Only ever adds: an administrator who removed the file again, or wrote another, is asked by starting the agent without the option.
    private void AllowSudo()
    {
        if (!allowSudo || File.Exists(SudoersFile))
            return;
        if (!Directory.Exists(SudoersFolder))
        {
            log.Warning($"--allow-sudo has no effect: {SudoersFolder} does not exist (sudo is not installed)");
            return;
        }
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = SudoersMode };
        using (var writer = new StreamWriter(SudoersFile, options))
            writer.WriteLine($"{DefaultUser} ALL=(ALL) NOPASSWD:ALL");
        log.Info($"{DefaultUser} may use sudo now ({SudoersFile})");
    }
}
