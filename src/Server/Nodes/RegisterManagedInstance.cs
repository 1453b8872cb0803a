using System.Security.Cryptography;
using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>RegisterManagedInstance: unsigned; the activation code is the permission.</summary>
internal sealed class RegisterManagedInstance(ActivationStore activations, TimeProvider time, ILogger<RegisterManagedInstance> log)
{
    public const int MaxFingerprintLength = 256;

    /// <summary>Compared with when there is no such activation, so that both answers take the same work.</summary>
    private static readonly string NoCode = ActivationRow.HashCode("");

    private readonly FailedAttempts _failed = new(time);

    public async Task<RegisterManagedInstanceResponse> HandleAsync(RegisterManagedInstanceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation()
            .Required("activationId", request.ActivationId)
            .Length("activationId", request.ActivationId, 36, 36)
            .Required("activationCode", request.ActivationCode)
            .Must(request.ActivationCode is null or { Length: >= 20 and <= 250 }, "activationCode", "Member must have length between 20 and 250")
            .Required("fingerprint", request.Fingerprint)
            .Length("fingerprint", request.Fingerprint, 1, MaxFingerprintLength)
            .ThrowIfFaulty();
        NodePublicKey.Check("PublicKey", request.PublicKey, "PublicKeyType", request.PublicKeyType);

        if (_failed.IsExhausted(context.SourceAddress))
            throw new AwsErrorException("ThrottlingException", "Too many registrations from this address were refused. Wait a minute, then try again with the right id and code.");
        var id = request.ActivationId!.ToLowerInvariant();
        var activation = NodePatterns.ActivationId.IsMatch(id) ? await activations.FindAsync(id, cancellationToken) : null;
        var hash = ActivationRow.HashCode(request.ActivationCode!);
        var right = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(activation?.CodeHash ?? NoCode));
        if (activation is null || !right)
        {
            _failed.Add(context.SourceAddress);
            log.RegistrationRefused(context.SourceAddress);
            throw Invalid("The activation id or its code is not right, or the activation was deleted. Check both, or create a new activation.");
        }

        var now = time.GetUtcNow();
        var node = new Node
        {
            Id = NewId(),
            Name = activation.DefaultInstanceName,
            ActivationId = activation.Id,
            IamRole = activation.IamRole,
            PublicKey = request.PublicKey!,
            Fingerprint = request.Fingerprint!,
            RegisteredAt = now,
        };
        if (!await activations.RegisterNodeAsync(node, now, cancellationToken)) throw Unusable(activation, now);
        log.Registered(node.Id, activation.Id, context.SourceAddress);
        return new RegisterManagedInstanceResponse { InstanceId = node.Id };
    }

    private static AwsErrorException Unusable(ActivationRow activation, DateTimeOffset now)
    {
        var expires = DateTimeOffset.FromUnixTimeMilliseconds(activation.ExpiresAt);
        return Invalid(expires <= now
            ? $"The activation {activation.Id} expired on {expires:u}. Create a new activation."
            : $"The activation {activation.Id} has been used for all of its {activation.RegistrationLimit} registrations. Create a new activation, or one with a higher limit.");
    }

    private static AwsErrorException Invalid(string message) => new("InvalidActivation", message);

    private static string NewId() => "mi-" + RandomNumberGenerator.GetHexString(17, lowercase: true);
}
