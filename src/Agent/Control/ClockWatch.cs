namespace Postern.Agent.Control;

/// <summary>Learns from every answer how far this machine's clock is from the gateway's: a wrong clock makes every signature wrong.</summary>
internal sealed class ClockWatch(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    /// <summary>Signatures are refused beyond this.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private long _skewTicks;

    /// <summary>How far this machine is ahead; negative when it is behind.</summary>
    public TimeSpan Skew => new(Volatile.Read(ref _skewTicks));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Headers.Date is { } date)
            Volatile.Write(ref _skewTicks, (time.GetUtcNow() - date).Ticks);
        return response;
    }
}
