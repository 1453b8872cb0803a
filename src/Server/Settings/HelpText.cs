using System.Text;

namespace Postern.Server.Settings;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    public static string Build()
    {
        var text = new StringBuilder(
            """
            postern-server: sessions to managed nodes, on the wire of AWS Systems Manager Session Manager.

            Usage: postern-server [--data DIR] [--listen ADDR:PORT]... [options]
                   postern-server export-audit [--data DIR] [--database CONNECTION]   print the audit log as it is chained
                   postern-server rotate-master-key [--data DIR]    put a new master key in front of the one in use
                   postern-server forget-master-keys [--data DIR]   leave only the current one

            Options (default in parentheses):

            """);
        foreach (var setting in SettingTable.All)
            text.AppendLine($"  {$"{setting.Option} {setting.Value}",-24} {setting.Help}");
        text.AppendLine($"  {"--config FILE",-24} JSON file with settings (DIR/{SettingsReader.FileName} when present)");
        text.AppendLine($"  {"--version",-24} print the version");
        text.AppendLine($"  {"--help",-24} print this");
        text.Append(
            """

            Every option is also a setting in the JSON file ({"listen": ["0.0.0.0:8443"], "region": "eu-west-1"}) and an environment
            variable (POSTERN_LISTEN=0.0.0.0:8443,[::]:8443; POSTERN_LOG_LEVEL=debug). The command line wins over the environment, the
            environment over the file.

            Examples:
              postern-server --data ./data --listen 127.0.0.1:8443
              set -a; . ./data/admin.env; aws sts get-caller-identity
              postern-server --data /var/lib/postern-server --listen 0.0.0.0:443 --endpoint https://postern.example.com
              POSTERN_DATABASE='Host=db;Database=postern;Username=postern;Passfile=/etc/postern/pgpass' postern-server --listen 0.0.0.0:443
            """);
        return text.ToString();
    }
}
