namespace Postern.Agent.Control;

/// <summary>Name and version of the system, from /etc/os-release.</summary>
internal sealed record OsRelease(string Name, string Version)
{
    private const string File = "/etc/os-release";

    public static OsRelease Read()
    {
        var lines = System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : [];
        return Parse(lines);
    }

    public static OsRelease Parse(IEnumerable<string> lines)
    {
        string name = "Linux", version = "";
        foreach (var line in lines)
        {
            var (key, value) = line.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim().Trim('"', '\'')) : ("", "");
            if (key == "NAME")
                name = value;
            else if (key == "VERSION_ID")
                version = value;
        }
        return new OsRelease(name, version);
    }
}
