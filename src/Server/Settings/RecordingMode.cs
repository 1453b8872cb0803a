namespace Postern.Server.Settings;

/// <summary>Whether sessions are recorded, and what happens when they cannot be.</summary>
internal enum RecordingMode
{
    Off,
    /// <summary>The session goes on, and the recording has a gap.</summary>
    IfPossible,
    /// <summary>The session ends; none begins while nothing can be written.</summary>
    Required,
    /// <summary>As Required, and what is typed is passed on only once it is on the disk.</summary>
    Strict,
}

/// <summary>The names of modes, in settings, documents and recordings.</summary>
internal static class RecordingModes
{
    public static readonly IReadOnlyList<string> Names = ["off", "ifPossible", "required", "strict"];

    public static string NameOf(RecordingMode mode) => Names[(int)mode];

    /// <summary>Null when it is none of them.</summary>
    public static RecordingMode? Find(string name) => Enumerable.Range(0, Names.Count).Where(i => Names[i] == name).Select(i => (RecordingMode?)i).FirstOrDefault();
}
