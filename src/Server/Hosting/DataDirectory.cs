namespace Postern.Server.Hosting;

/// <summary>DIR of --data and the names in it.</summary>
internal sealed record DataDirectory(string Root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string CaCertificate => Path.Combine(Root, "ca.pem");
    public string CaKey => Path.Combine(Root, "ca.key");
    public string ServerCertificate => Path.Combine(Root, "server.pem");
    public string ServerKey => Path.Combine(Root, "server.key");
    public string AdministratorFile => Path.Combine(Root, "admin.env");

    /// <summary>Makes the folder, or checks that it can be used. One that is empty becomes ours alone (0700); the mode of one in use is its owner's choice.</summary>
    /// <exception cref="StartupException">It cannot be made, read or written.</exception>
    public void Prepare()
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(Root);
            else if (!Directory.Exists(Root))
                Directory.CreateDirectory(Root, OwnerOnly);
            else if (!Directory.EnumerateFileSystemEntries(Root).Any())
                File.SetUnixFileMode(Root, OwnerOnly);
            var probe = Path.Combine(Root, $".probe.{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data folder {Root} cannot be used: {e.Message}", e);
        }
    }
}
