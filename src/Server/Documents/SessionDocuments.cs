using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>
/// The documents there are, remembered: those owned by Amazon and the account's own, with the settings that concern them. Whoever changes
/// them refreshes what is remembered; another gateway on the same database finds out by the revision, which StartSession checks as it writes.
/// </summary>
internal sealed class SessionDocuments(DocumentStore store) : IHostedService
{
    /// <summary>The document of sessions that name none; its inputs are the preferences of the account.</summary>
    public const string Default = "SSM-SessionManagerRunShell";

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile DocumentSnapshot _snapshot = DocumentSnapshot.Empty;

    /// <summary>As it was known last; no look at the database.</summary>
    public DocumentSnapshot Remembered => _snapshot;

    /// <summary>As it is now: one small query when nothing has changed.</summary>
    public async Task<DocumentSnapshot> RefreshAsync(CancellationToken cancellationToken)
    {
        if (await store.RevisionAsync(cancellationToken) == _snapshot.Revision)
            return _snapshot;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var known = _snapshot;
            var read = await store.ReadAsync(known, cancellationToken);
            if (read.Revision > known.Revision)
                _snapshot = read;
            return _snapshot;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Documents may be named by ARN: arn:aws:ssm:REGION:ACCOUNT:document/NAME.</summary>
    public static string WithoutOwner(string name)
        => name.StartsWith("arn:", StringComparison.Ordinal) && name.IndexOf(":document/", StringComparison.Ordinal) is var at and > 0
            ? name[(at + ":document/".Length)..]
            : name;

    /// <summary>Before the first request.</summary>
    Task IHostedService.StartAsync(CancellationToken cancellationToken) => RefreshAsync(cancellationToken);

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
