using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;

namespace Postern.Agent.Control;

/// <summary>The node's temporary keys: fetched at start, renewed at half their life, kept in memory only.</summary>
internal sealed class NodeCredentials(TimeProvider time)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1), LastRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(1), LongestLife = TimeSpan.FromDays(1);

    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _renew = new(0, 1);

    public AwsCredentials? Current { get; private set; }

    /// <summary>Waits for the first keys.</summary>
    public async ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken)
    {
        await _first.Task.WaitAsync(cancellationToken);
        return Current!;
    }

    /// <summary>If the gateway refused because of the keys themselves, new ones are fetched now, not at half of their life.</summary>
    public void OnRefused(AwsErrorException error)
    {
        if (error.Code is "ExpiredToken" or "ExpiredTokenException" or "UnrecognizedClientException" or "InvalidClientTokenId" or "InvalidToken")
            Renew();
    }

    private void Renew()
    {
        try
        {
            _renew.Release();
        }
        catch (SemaphoreFullException)
        {
            // Asked for already.
            return;
        }
    }

    public async Task RunAsync(GatewayLink link, string fingerprint, Reachability reachability, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(FirstRetry, LastRetry);
        while (true)
        {
            TimeSpan wait;
            try
            {
                var life = await FetchAsync(link, fingerprint, cancellationToken);
                backoff.Reset();
                wait = life / 2;
            }
            catch (Exception error) when (GatewayFailure.IsExpected(error) && !cancellationToken.IsCancellationRequested)
            {
                reachability.Failed(error);
                wait = backoff.Next();
            }
            // A request to renew cuts a long wait short; between tries after failures it changes nothing worth having.
            using var due = new CancellationTokenSource(wait, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
            try
            {
                await _renew.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                continue;
            }
        }
    }

    private async Task<TimeSpan> FetchAsync(GatewayLink link, string fingerprint, CancellationToken cancellationToken)
    {
        var answer = await link.SignedWithKey.CallAsync(
            SsmOperations.RequestManagedInstanceRoleToken, new RequestManagedInstanceRoleTokenRequest { Fingerprint = fingerprint }, cancellationToken);
        if (answer is not { AccessKeyId: { } id, SecretAccessKey: { } secret, TokenExpirationDate: { } expires })
            throw new HttpRequestException(HttpRequestError.InvalidResponse, "it answered RequestManagedInstanceRoleToken without keys");
        Current = new AwsCredentials(id, secret, answer.SessionToken);
        _first.TrySetResult();
        var life = expires - time.GetUtcNow();
        return life < ShortestLife ? ShortestLife : life > LongestLife ? LongestLife : life;
    }
}
