using System.Globalization;
using System.Net;
using Postern.Server.Events.Delivery;

namespace Postern.Server.Events.Endpoints;

/// <summary>
/// Calls API destinations. Redirects are not followed, no proxy of the environment is used, and neither time nor what is answered is unbounded: of an
/// answer only its status and Retry-After are read.
/// </summary>
internal sealed class Webhooks : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10), ConnectTimeout = TimeSpan.FromSeconds(5), Idle = TimeSpan.FromSeconds(30), Lifetime = TimeSpan.FromMinutes(5);
    private const int MaxHeadersKiB = 16;

    private readonly EndpointStore _endpoints;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public Webhooks(EndpointStore endpoints, AddressGuard guard, TimeProvider time)
    {
        (_endpoints, _time) = (endpoints, time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = guard.ConnectAsync,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = Idle,
            PooledConnectionLifetime = Lifetime,
            MaxResponseHeadersLength = MaxHeadersKiB,
            MaxResponseDrainSize = 0,
        });
    }

    public async Task<Outcome> SendAsync(LaneTarget target, TargetArn arn, DueDelivery delivery, string body, CancellationToken cancellationToken)
    {
        if (await _endpoints.FindDestinationAsync(arn.Name, cancellationToken) is not { } destination || destination.Id != arn.Id)
            return Outcome.Never($"the API destination {arn.Name} is not there any more");
        if (await _endpoints.FindConnectionAsync(destination.ConnectionName, cancellationToken) is not { Authorized: not 0 } connection)
            return Outcome.Later($"the connection {destination.ConnectionName} is deauthorized");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(Timeout);
        try
        {
            using var request = WebhookRequest.Of(destination, connection.AuthorizationType, _endpoints.Open(connection), target.Target.HttpParameters, delivery, body, _time.GetUtcNow());
            var started = _time.GetTimestamp();
            using var response = await _http.SendAsync(request, ending.Token);
            await KeepRateAsync(destination, started, cancellationToken);
            return Judge(response);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Outcome.Later($"it did not answer within {Timeout.TotalSeconds} seconds");
        }
        catch (HttpRequestException e) when (e.InnerException is RefusedAddressException refused)
        {
            return Outcome.Never(refused.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Outcome.Later(e.Message);
        }
        catch (Exception e) when (e is UriFormatException or InvalidDataException or FormatException)
        {
            return Outcome.Never(e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    // As EventBridge does: what is asked for again later, and what is wrong for good.
    private Outcome Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is >= 200 and < 300)
            return Outcome.Taken;
        var error = $"it answered {status.ToString(CultureInfo.InvariantCulture)}";
        return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.ProxyAuthenticationRequired or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests
            || status >= 500
            ? Outcome.Later(error, After(response))
            : Outcome.Never(status is >= 300 and < 400 ? error + "; redirects are not followed" : error);
    }

    private TimeSpan? After(HttpResponseMessage response)
        => response.Headers.RetryAfter is not { } asked ? null : asked.Delta ?? (asked.Date is { } date ? date - _time.GetUtcNow() : null);

    /// <summary>A lane has eight requests under way: each takes its share of a second.</summary>
    private async Task KeepRateAsync(ApiDestinationRow destination, long started, CancellationToken cancellationToken)
    {
        const double Together = 8;
        var share = TimeSpan.FromSeconds(Together / Math.Max(1, destination.Rate)) - _time.GetElapsedTime(started);
        if (share > TimeSpan.FromMilliseconds(1))
            await Task.Delay(share, _time, cancellationToken);
    }
}
