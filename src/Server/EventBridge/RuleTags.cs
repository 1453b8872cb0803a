using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Events.Rules;
using Postern.Server.Nodes;

namespace Postern.Server.EventBridge;

/// <summary>TagResource, UntagResource and ListTagsForResource of rules.</summary>
internal sealed class RuleTags(RuleStore rules, TagStore tags)
{
    public static readonly TaggedKind Kind = new("EventRule", "SELECT name FROM event_rules WHERE name = @id", "UPDATE event_rules SET state = state WHERE name = @id",
        name => RuleErrors.Unknown(name).Message);

    private const int MaxKeys = 200;

    public async Task<EmptyResponse> AddAsync(EventTagsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("resourceARN", request.ResourceARN).Required("tags", request.Tags).Tags(request.Tags).ThrowIfFaulty();
        await tags.AddAsync(Kind, await FindAsync(request, context, cancellationToken), request.Tags!, cancellationToken);
        return EmptyResponse.Instance;
    }

    public async Task<EmptyResponse> RemoveAsync(EventTagsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("resourceARN", request.ResourceARN).Required("tagKeys", request.TagKeys).Items("tagKeys", request.TagKeys, 0, MaxKeys).ThrowIfFaulty();
        await tags.RemoveAsync(Kind, await FindAsync(request, context, cancellationToken), request.TagKeys!, cancellationToken);
        return EmptyResponse.Instance;
    }

    public async Task<EventTagsResponse> ListAsync(EventTagsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("resourceARN", request.ResourceARN).ThrowIfFaulty();
        return new EventTagsResponse { Tags = await tags.ListAsync(Kind.ResourceType, await FindAsync(request, context, cancellationToken), cancellationToken) };
    }

    private async Task<string> FindAsync(EventTagsRequest request, CallContext context, CancellationToken cancellationToken)
        => EventResources.RuleOf(request.ResourceARN, context.Arns) is { } name && await rules.FindAsync(name, cancellationToken) is not null
            ? name
            : throw new AwsErrorException("ResourceNotFoundException", $"There is no rule {Iam.ForeignText.Show(request.ResourceARN!)}. Rules have tags here.");
}
