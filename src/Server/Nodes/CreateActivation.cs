using System.Security.Cryptography;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>CreateActivation: a code with which nodes may register.</summary>
internal sealed class CreateActivation(ActivationStore activations, NodeRoles roles, TimeProvider time)
{
    public const int DefaultLimit = 1, MaxLimit = 1000;
    public static readonly TimeSpan DefaultLife = TimeSpan.FromHours(24), MaxLife = TimeSpan.FromDays(30);

    /// <summary>62 letters and digits, 43 times: 256 bits. No sign that a command line could take for an option.</summary>
    private const string CodeAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int CodeLength = 43;

    public async Task<CreateActivationResponse> HandleAsync(CreateActivationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation()
            .Length("description", request.Description, 0, 256)
            .Length("defaultInstanceName", request.DefaultInstanceName, 0, 256)
            .Pattern("defaultInstanceName", request.DefaultInstanceName, NodePatterns.Text, NodePatterns.TextModel)
            .Required("iamRole", request.IamRole)
            .Length("iamRole", request.IamRole, 1, 64)
            .Pattern("iamRole", request.IamRole, NodePatterns.IamRole, NodePatterns.IamRoleModel)
            .Range("registrationLimit", request.RegistrationLimit, 1, MaxLimit)
            .Tags(request.Tags)
            .ThrowIfFaulty();
        var tags = request.Tags ?? [];
        if (tags.Count > TagStore.MaxTagsPerResource)
            throw new AwsErrorException("InvalidParameters", $"Tags has {tags.Count} tags; a node has at most {TagStore.MaxTagsPerResource}.");

        await roles.CheckAsync(request.IamRole!, context.Arns, cancellationToken);
        var now = time.GetUtcNow();
        var code = RandomNumberGenerator.GetString(CodeAlphabet, CodeLength);
        var activation = new ActivationRow
        {
            Id = Guid.NewGuid().ToString(),
            CodeHash = ActivationRow.HashCode(code),
            Description = request.Description,
            DefaultInstanceName = request.DefaultInstanceName,
            IamRole = request.IamRole!,
            RegistrationLimit = request.RegistrationLimit ?? DefaultLimit,
            ExpiresAt = Expiry(request.ExpirationDate, now).ToUnixTimeMilliseconds(),
            CreatedAt = now.ToUnixTimeMilliseconds(),
            CreatedBy = context.Caller.Arn,
        };
        await activations.CreateAsync(activation, tags, cancellationToken);
        return new CreateActivationResponse { ActivationId = activation.Id, ActivationCode = code };
    }

    private static DateTimeOffset Expiry(DateTimeOffset? wanted, DateTimeOffset now)
    {
        if (wanted is not { } expiry) return now + DefaultLife;
        if (expiry <= now) throw new AwsErrorException("InvalidParameters", $"ExpirationDate {expiry:u} is in the past. It is {now:u} here.");
        if (expiry - now > MaxLife) throw new AwsErrorException("InvalidParameters", $"ExpirationDate {expiry:u} is too far ahead; an activation lives at most {MaxLife.TotalDays} days, until {now + MaxLife:u}.");
        return expiry;
    }
}
