using System.Text;
using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Hosting;

/// <summary>DIR/admin.env: the first administrator's keys and where to use them, ready for "set -a; . DIR/admin.env". Written once.</summary>
internal static class AdministratorFile
{
    public static void Write(string path, NewAccessKey key, ServerOptions options, Uri endpoint, string? trustFile)
    {
        var text = new StringBuilder();
        Add(text, "AWS_ACCESS_KEY_ID", key.AccessKeyId);
        Add(text, "AWS_SECRET_ACCESS_KEY", key.SecretAccessKey);
        Add(text, "AWS_REGION", options.Region);
        Add(text, "AWS_DEFAULT_REGION", options.Region);
        if (trustFile is not null)
            Add(text, "AWS_CA_BUNDLE", trustFile);
        Add(text, "AWS_ENDPOINT_URL", endpoint.GetLeftPart(UriPartial.Authority));
        PrivateFile.Write(path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void Add(StringBuilder text, string name, string value)
        => text.Append(name).Append('=').Append(value.All(IsPlain) ? value : $"'{value.Replace("'", "'\\''")}'").Append('\n');

    // Characters the shell takes as they are in an assignment.
    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "/+=:._-[]@%,".Contains(c);
}
