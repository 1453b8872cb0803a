namespace Postern.Conformance.Support;

/// <summary>AWS's agent takes about two inotify instances for each session; the system gives a user 128.</summary>
internal static class InotifyLimit
{
    private const string File = "/proc/sys/fs/inotify/max_user_instances";
    private const int Enough = 4096;

    /// <summary>Raises it for as long as the machine runs, where this user may; many sessions at once fail otherwise.</summary>
    public static void Raise()
    {
        try
        {
            if (int.Parse(System.IO.File.ReadAllText(File)) < Enough)
                System.IO.File.WriteAllText(File, $"{Enough}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return; // not allowed here: Limited says so
        }
    }

    /// <summary>Why many sessions of AWS's agent cannot be had here, or null.</summary>
    public static string? Limited(int sessions)
    {
        Raise();
        return int.Parse(System.IO.File.ReadAllText(File)) < sessions * 3
            ? $"fs.inotify.max_user_instances is too low for {sessions} sessions of AWS's agent, and only root may raise it"
            : null;
    }
}
