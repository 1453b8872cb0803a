using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>DeleteActivation: no more nodes register with it; those that did stay.</summary>
internal sealed class DeleteActivation(ActivationStore activations)
{
    public async Task<EmptyResponse> HandleAsync(DeleteActivationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("activationId", request.ActivationId).ThrowIfFaulty();
        if (!NodePatterns.ActivationId.IsMatch(request.ActivationId!))
            throw new AwsErrorException("InvalidActivationId", "ActivationId is not an activation's id: 32 hexadecimal digits in five groups, as CreateActivation gave it.");
        if (!await activations.DeleteAsync(request.ActivationId!, cancellationToken))
            throw new AwsErrorException("InvalidActivation", $"There is no activation {request.ActivationId}. It may have been deleted already.");
        return new EmptyResponse();
    }
}
