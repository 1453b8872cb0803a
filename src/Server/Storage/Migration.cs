using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Server.Storage;

/// <summary>One numbered step of the schema, a file Storage/Migrations/NNNN_name.sql inside the program. Never changed once released.</summary>
internal sealed record Migration(long Number, string Name, string Sql)
{
    private const string ResourcePrefix = "migrations/", Extension = ".sql";

    /// <summary>Of the text as written, before {{bytes}} is replaced: the same for both databases.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The program's migrations in order.</summary>
    public static IReadOnlyList<Migration> LoadAll()
    {
        var assembly = typeof(Migration).Assembly;
        var all = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => Load(assembly, name))
            .OrderBy(migration => migration.Number)
            .ToList();
        for (var i = 1; i < all.Count; i++)
            if (all[i].Number == all[i - 1].Number)
                throw new DatabaseException($"Two migrations have the number {all[i].Number}: {all[i - 1].Name} and {all[i].Name}.");
        return all;
    }

    private static Migration Load(Assembly assembly, string resource)
    {
        var file = resource[ResourcePrefix.Length..];
        var underscore = file.IndexOf('_');
        if (underscore < 1 || !file.EndsWith(Extension, StringComparison.Ordinal) || !long.TryParse(file[..underscore], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new DatabaseException($"The migration {file} is not named NNNN_name.sql.");
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return new Migration(number, file[(underscore + 1)..^Extension.Length], reader.ReadToEnd());
    }
}
