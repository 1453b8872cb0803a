using Postern.Server.Iam;

namespace Postern.Server.Sessions;

/// <summary>
/// Ends the sessions of whoever is no more: of a user or role that was deleted, of an access key that was deleted or deactivated. Looks after every
/// change of identities, wherever it was made, at most <see cref="Interval"/> later. Policies decide about the next call, not about open sessions.
/// </summary>
internal sealed class SessionOwners(LiveSessions sessions, PrincipalStore principals, TimeProvider time, ILogger<SessionOwners> log) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, long> _checked = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.OwnersNotChecked(log, e);
            }
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        // Read before the principals: what is remembered as checked is never newer than it was.
        var version = await principals.VersionAsync(cancellationToken);
        var live = sessions.Live;
        var faults = new Dictionary<(string, string?), string?>();
        foreach (var session in live)
        {
            if (_checked.GetValueOrDefault(session.Id, -1) == version)
                continue;
            var owner = (session.Row.OwnerId, session.Row.OwnerKeyId);
            if (!faults.TryGetValue(owner, out var fault))
                faults[owner] = fault = await FaultAsync(session.Row, cancellationToken);
            if (fault is not null)
            {
                Log.OwnerGone(log, session.Id, fault);
                await session.PostAsync(new SessionEvent.Terminate(fault, fault), cancellationToken);
            }
            _checked[session.Id] = version;
        }
        if (_checked.Count > 2 * live.Count)
            foreach (var gone in _checked.Keys.Except(live.Select(session => session.Id)).ToList())
                _checked.Remove(gone);
    }

    /// <summary>Null while the owner may have sessions.</summary>
    private async Task<string?> FaultAsync(SessionRow row, CancellationToken cancellationToken)
    {
        var id = row.OwnerId.Split(':')[0]; // of a role's session: ROLE-ID:SESSION
        if (id.StartsWith(KeyIds.RolePrefix, StringComparison.Ordinal))
        {
            if (await principals.FindRoleAsync(id, cancellationToken) is null)
                return $"The role that this session was started with was deleted ({row.OwnerArn}).";
        }
        else if (await principals.FindUserAsync(id, cancellationToken) is null)
        {
            return $"The user who started this session was deleted ({row.OwnerArn}).";
        }
        if (row.OwnerKeyId?.StartsWith(KeyIds.LongLivedPrefix, StringComparison.Ordinal) != true)
            return null;
        return await principals.FindKeyAsync(row.OwnerKeyId, cancellationToken) switch
        {
            null => $"The access key that started this session was deleted ({row.OwnerKeyId}).",
            { IsActive: false } => $"The access key that started this session was deactivated ({row.OwnerKeyId}).",
            _ => null,
        };
    }
}
