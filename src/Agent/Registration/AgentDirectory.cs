using System.Security.Cryptography;
using System.Text.Json;
using Postern.Agent.Host;

namespace Postern.Agent.Registration;

/// <summary>The agent's data folder: 0700, its files 0600, written whole or not at all.</summary>
internal sealed class AgentDirectory(string path)
{
    public const string DefaultPath = "/var/lib/postern-agent";
    public const string CaFile = "ca.pem";
    private const string RegistrationFile = "registration.json", KeyFile = "node.key", LockFile = "agent.lock", ProbeFile = "probe";
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string FullPath { get; } = Path.GetFullPath(path);

    public bool IsRegistered => File.Exists(In(RegistrationFile));

    public string In(string name) => Path.Combine(FullPath, name);

    /// <summary>Throws <see cref="AgentException"/> when the folder cannot be written, before anything is asked of the gateway.</summary>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(FullPath, FolderMode);
            File.SetUnixFileMode(FullPath, FolderMode);
            Write(ProbeFile, []);
            File.Delete(In(ProbeFile));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.DataFolder, $"cannot write to {FullPath}: {error.Message}");
        }
    }

    /// <summary>Keeps a second agent from running on the same registration; held until disposed.</summary>
    public FileStream Lock()
    {
        try
        {
            return new FileStream(In(LockFile), new FileStreamOptions { Mode = System.IO.FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = FileMode });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.DataFolder, $"cannot lock {FullPath}: {error.Message} Does another postern-agent run with this folder?");
        }
    }

    public void Save(NodeRegistration registration, RSA key, byte[]? ca)
    {
        if (ca is not null)
            Write(CaFile, ca);
        Write(KeyFile, System.Text.Encoding.ASCII.GetBytes(key.ExportRSAPrivateKeyPem() + "\n"));
        Write(RegistrationFile, JsonSerializer.SerializeToUtf8Bytes(registration, RegistrationJsonContext.Default.NodeRegistration)); // last: it makes the rest count
    }

    public (NodeRegistration Registration, RSA Key) Load()
    {
        if (!IsRegistered)
            throw new AgentException(ExitCode.NotRegistered, $"not registered: {In(RegistrationFile)} does not exist; run 'postern-agent register' first");
        try
        {
            var registration = JsonSerializer.Deserialize(File.ReadAllBytes(In(RegistrationFile)), RegistrationJsonContext.Default.NodeRegistration)
                ?? throw new JsonException("null");
            var key = RSA.Create();
            key.ImportFromPem(File.ReadAllText(In(KeyFile)));
            return (registration, key);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or ArgumentException or CryptographicException)
        {
            throw new AgentException(ExitCode.DataFolder, $"cannot read the registration in {FullPath}: {error.Message}; register this node again with --force");
        }
    }

    private void Write(string name, ReadOnlySpan<byte> content)
    {
        var temporary = In(name + ".new");
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, In(name), overwrite: true);
    }
}
