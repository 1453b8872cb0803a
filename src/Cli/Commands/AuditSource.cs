using System.Diagnostics;
using System.Runtime.CompilerServices;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.Audit;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>Where a chained log comes from; always its lines: the mark of its beginning if there is one, the entries, the mark of its end.</summary>
internal static class AuditSource
{
    private const int PageSize = 500;
    private const string Server = "postern-server";

    /// <summary>From the gateway, page by page.</summary>
    public static async IAsyncEnumerable<string> OfGateway(SessionClient client, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? after = null;
        while (true)
        {
            var page = await client.CallAsync(CloudTrailOperations.ExportAuditLog, new ExportAuditLogRequest { After = after, MaxResults = PageSize }, cancellationToken);
            if (after is null && page.Base is not null)
                yield return page.Base;
            var entries = page.Entries ?? [];
            foreach (var line in entries)
                yield return line;
            after = entries.Count > 0 ? AuditLine.Read(entries[^1]).Entry?.Sequence ?? after : after ?? 0;
            if (entries.Count == PageSize)
                continue;
            if (page.Head is not null)
                yield return page.Head;
            yield break;
        }
    }

    /// <exception cref="CommandException">The file cannot be read.</exception>
    public static async IAsyncEnumerable<string> OfFile(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StreamReader reader;
        try
        {
            reader = new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {e.Message}", ExitCodes.Usage);
        }
        using (reader)
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
                if (line.Length > 0)
                    yield return line;
    }

    /// <summary>From a gateway's data folder, running or not: the gateway's own program reads its database, whichever that is.</summary>
    /// <exception cref="CommandException">The program is not there, or cannot read the database.</exception>
    public static async IAsyncEnumerable<string> OfDataFolder(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, Server);
        var start = new ProcessStartInfo(File.Exists(beside) ? beside : Server) { RedirectStandardOutput = true };
        foreach (var argument in new[] { "export-audit", "--data", folder })
            start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandException($"The data folder is read with the program {Server}, which cannot be started: {e.Message}. Run this where the gateway is installed, or verify an export with --file.", ExitCodes.Usage);
        }
        using (process)
        {
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
                yield return line;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new CommandException($"{Server} could not read the log in {folder}; it says why above.", ExitCodes.SessionFailed);
        }
    }
}
