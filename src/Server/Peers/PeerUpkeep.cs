using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Peers;

/// <summary>Says every few seconds where this gateway can be reached, so that the others of its database find it, and looks which of them did the same.</summary>
internal sealed class PeerUpkeep(PeerStore store, PeerSigns signs, Database database, ServerOptions options, TimeProvider time, ILogger<PeerUpkeep> log) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    /// <summary>Not heard of for so long, a gateway is asked nothing any more, and its nodes count as lost.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly TaskCompletionSource _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<string> _certificate = () => "";

    /// <summary>Where other gateways reach this one; null until it listens.</summary>
    public Uri? Url { get; private set; }

    /// <summary>Once the gateway listens, before it is ready.</summary>
    /// <param name="url">Where the others reach it.</param>
    /// <param name="certificate">SHA-256 of the certificate it shows at that time, hexadecimal.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    public async Task AnnounceAsync(Uri url, Func<string> certificate, CancellationToken cancellationToken)
    {
        (Url, _certificate) = (url, certificate);
        if (!database.IsShared)
            return;
        if (await store.FindAsync(options.Name, cancellationToken) is { } other && other.Run != _run && other.Url != url.ToString() && IsLive(other, time))
            log.SameName(options.Name, other.Url);
        await SaveAsync(cancellationToken);
        await LookAsync(cancellationToken);
        _announced.TrySetResult();
    }

    public static bool IsLive(PeerRow row, TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds() - row.SeenAt < Lifetime.TotalMilliseconds;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _announced.Task.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SaveAsync(stoppingToken);
                await store.RemoveBeforeAsync((time.GetUtcNow() - Remembered).ToUnixTimeMilliseconds(), stoppingToken);
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.NotAnnounced(e);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken) => signs.Look(await store.ListOthersAsync(options.Name, cancellationToken));

    private Task SaveAsync(CancellationToken cancellationToken) => store.SaveAsync(
        new PeerRow { Name = options.Name, Run = _run, Url = Url!.ToString(), Certificate = _certificate(), SeenAt = time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken);
}
