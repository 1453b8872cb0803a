using System.Data.Common;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>Writes the last uses of keys and roles once a minute, and when the gateway stops.</summary>
internal sealed class PrincipalUseWriter(PrincipalUse use, Database database, TimeProvider time, ILogger<PrincipalUseWriter> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await WriteAsync(stoppingToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        var uses = use.Take();
        if (uses.Count == 0) return;
        try
        {
            await database.WriteAsync(async connection =>
            {
                foreach (var (id, last) in uses)
                    await connection.ExecuteAsync(id.StartsWith(KeyIds.RolePrefix, StringComparison.Ordinal)
                        ? "UPDATE roles SET last_used_at = @at, last_used_region = @Region WHERE role_id = @id"
                        : "UPDATE access_keys SET last_used_at = @at, last_used_service = @Service, last_used_region = @Region WHERE access_key_id = @id",
                        SqlParameters.Of(new { id, at = last.At.ToUnixTimeMilliseconds(), last.Service, last.Region }), cancellationToken);
                return uses.Count;
            }, cancellationToken);
        }
        catch (DbException e)
        {
            log.LastUseNotWritten(e, uses.Count); // it is told again by the next use
        }
    }
}
