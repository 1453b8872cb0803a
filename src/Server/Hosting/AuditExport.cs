using Postern.Protocol.Audit;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Hosting;

/// <summary>postern-server export-audit: the chained log on standard output, from the database of the settings, whether the gateway runs or not.</summary>
internal static class AuditExport
{
    public const string Verb = "export-audit";
    private const int PageSize = 500;

    /// <exception cref="StartupException">There is no log, or it cannot be read.</exception>
    public static async Task RunAsync(ServerOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var source = MasterKeySource.Find(options, Environment.GetEnvironmentVariable);
        if (source.File is not null && !File.Exists(source.File))
            throw new StartupException($"{options.Data} is no data folder of a gateway: there is no master key {source.File}.");
        await using var database = StorageFeature.Open(options);
        var store = new AuditStore(database, source.Load());
        try
        {
            await WriteAsync(store, output, cancellationToken);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or DatabaseException)
        {
            throw new StartupException($"The audit log in {database.Description} cannot be read: {e.Message}", e);
        }
    }

    private static async Task WriteAsync(AuditStore store, TextWriter output, CancellationToken cancellationToken)
    {
        if (await store.FindMarkAsync(AuditMark.Base, cancellationToken) is { } start)
            await output.WriteLineAsync(AuditLine.Write(start));
        long last = 0;
        IReadOnlyList<AuditEntry> page;
        do
        {
            page = await store.PageAsync(last, PageSize, cancellationToken);
            foreach (var entry in page)
                await output.WriteLineAsync(AuditLine.Write(entry));
            last = page.Count > 0 ? page[^1].Sequence : last;
        }
        while (page.Count == PageSize);
        // Last: what was added meanwhile lies before it, and is read too.
        var head = await store.FindMarkAsync(AuditMark.Head, cancellationToken);
        if (head?.Sequence > last)
            foreach (var entry in (await store.PageAsync(last, PageSize, cancellationToken)).TakeWhile(entry => entry.Sequence <= head.Sequence))
                await output.WriteLineAsync(AuditLine.Write(entry));
        if (head is not null)
            await output.WriteLineAsync(AuditLine.Write(head));
        await output.FlushAsync(cancellationToken);
    }
}
