using System.Security.Cryptography;
using Postern.Agent.Control;
using Postern.Agent.Host;
using Postern.Protocol.AwsJson;

namespace Postern.Agent.Registration;

/// <summary>What <c>postern-agent register</c> was given.</summary>
internal sealed record RegisterOptions
{
    public required string Endpoint { get; init; }
    public required string ActivationId { get; init; }
    public required string ActivationCode { get; init; }
    public required string Region { get; init; }
    public string? CaPath { get; init; }
    public bool AllowSudo { get; init; }
    public bool Force { get; init; }

    public override string ToString() => $"RegisterOptions({Endpoint}, {ActivationId})"; // never the code
}

/// <summary>Registers this machine as a managed node: makes its key, trades the activation for an id, keeps both.</summary>
internal static class RegisterNode
{
    private const int KeyBits = 2048;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(20);

    /// <summary>The id of the node. Throws <see cref="AgentException"/>.</summary>
    public static async Task<string> RunAsync(RegisterOptions options, AgentDirectory directory, TimeProvider time, CancellationToken cancellationToken)
    {
        var endpoint = GatewayHttp.ParseEndpoint(options.Endpoint);
        if (directory.IsRegistered && !options.Force)
            throw new AgentException(ExitCode.AlreadyRegistered, $"{directory.FullPath} holds a registration already; --force replaces it with a new node");
        directory.Prepare();
        var ca = options.CaPath is null ? null : ReadCa(options.CaPath);
        using var key = RSA.Create(KeyBits);
        var fingerprint = Guid.NewGuid().ToString();
        var request = new RegisterManagedInstanceRequest
        {
            ActivationCode = options.ActivationCode,
            ActivationId = options.ActivationId,
            Fingerprint = fingerprint,
            PublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
            PublicKeyType = "Rsa",
        };
        var nodeId = await CallAsync(request, endpoint, options, time, cancellationToken);
        var registration = new NodeRegistration
        {
            InstanceId = nodeId,
            Endpoint = endpoint.GetLeftPart(UriPartial.Authority),
            Region = options.Region,
            Fingerprint = fingerprint,
            CaFile = ca is null ? null : AgentDirectory.CaFile,
            AllowSudo = options.AllowSudo,
        };
        directory.Save(registration, key, ca);
        return nodeId;
    }

    private static async Task<string> CallAsync(
        RegisterManagedInstanceRequest request, Uri endpoint, RegisterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var handler = new ClockWatch(GatewayHttp.CreateHandler(options.CaPath), time);
        using var http = new HttpClient(handler) { Timeout = CallLimit };
        var client = new AwsJsonClient(http, endpoint, options.Region, static () => null, time);
        try
        {
            var answer = await client.CallAsync(SsmOperations.RegisterManagedInstance, request, cancellationToken);
            return answer.InstanceId is { Length: > 0 } id
                ? id
                : throw new AgentException(ExitCode.Failure, $"{endpoint} registered this machine without giving it an id");
        }
        catch (AwsErrorException error) when (error.Status < 500)
        {
            throw new AgentException(ExitCode.Refused, $"the gateway {endpoint} refused the registration: {error.Code}: {error.Message}");
        }
        catch (Exception error) when (GatewayFailure.IsExpected(error) && !cancellationToken.IsCancellationRequested)
        {
            throw new AgentException(ExitCode.Unreachable, $"cannot use the gateway {endpoint}: {GatewayFailure.Describe(error, endpoint, handler.Skew)}");
        }
    }

    private static byte[] ReadCa(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.Usage, $"cannot read --ca {path}: {error.Message}");
        }
    }
}
