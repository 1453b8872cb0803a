namespace Postern.Server.Storage;

/// <summary>Files only their owner may read (mode 0600), whole or not there: written beside their place, flushed, then moved into it.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static void Write(string path, ReadOnlySpan<byte> content) => Write(path, content, OwnerOnly);

    /// <summary>The same for what is no secret (certificates): mode 0644.</summary>
    public static void WriteReadable(string path, ReadOnlySpan<byte> content) => Write(path, content, Readable);

    /// <summary>Makes an empty file unless there is one already, which stays as it is.</summary>
    public static void Ensure(string path)
    {
        using var file = new FileStream(path, OptionsOf(FileMode.OpenOrCreate, OwnerOnly));
    }

    private static FileStreamOptions OptionsOf(FileMode mode, UnixFileMode permissions)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = permissions;
        return options;
    }

    private static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var beside = $"{path}.{Environment.ProcessId}.new";
        File.Delete(beside);
        using (var file = new FileStream(beside, OptionsOf(FileMode.CreateNew, mode)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: true);
    }
}
