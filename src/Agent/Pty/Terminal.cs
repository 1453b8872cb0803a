namespace Postern.Agent.Pty;

/// <summary>Our side of a pseudo terminal: reads are what programs print, writes are what a person types.</summary>
internal sealed partial class Terminal : IDisposable
{
    /// <summary>Until the person's end says how large its window is.</summary>
    public const ushort DefaultColumns = 80, DefaultRows = 24;

    private Terminal(PolledFile file, string path)
    {
        File = file;
        Path = path;
    }

    public PolledFile File { get; }

    /// <summary>What programs open.</summary>
    public string Path { get; }

    public void Dispose() => File.Dispose();
}
