using Npgsql;

namespace Postern.Server.Storage;

/// <summary>Reads the two spellings of a PostgreSQL connection: key=value pairs, and the URL that libpq and most tools take.</summary>
internal static class PostgresUrl
{
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
        {
            var pairs = new NpgsqlConnectionStringBuilder(text);
            return string.IsNullOrEmpty(pairs.Host) ? throw new FormatException("No host.") : pairs;
        }
        var url = new Uri(text);
        var settings = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(url.Host) };
        if (url.Port > 0)
            settings.Port = url.Port;
        var name = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        if (name.Length > 0)
            settings.Database = name;
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            settings.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2)
            settings.Password = Uri.UnescapeDataString(user[1]);
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2)
                throw new FormatException("A parameter has no value.");
            settings[KeywordOf(parts[0])] = Uri.UnescapeDataString(parts[1]);
        }
        return string.IsNullOrEmpty(settings.Host) ? throw new FormatException("No host.") : settings;
    }

    // libpq's names where they differ from the driver's.
    private static string KeywordOf(string name) => name switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "connect_timeout" => "Timeout",
        "application_name" => "Application Name",
        _ => name,
    };
}
