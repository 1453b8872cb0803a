using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Logs;
using Postern.Server.Storage;

namespace Postern.Server.CloudWatchLogs;

/// <summary>Log groups: made, listed, tagged, and how long they keep their events.</summary>
internal sealed class LogGroups(LogStore store)
{
    private const int MaxPage = 50, MaxTags = 50, MaxKey = 128, MaxValue = 256;
    private static readonly int[] Days = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
    private static readonly string[] Classes = [LogNames.Standard, LogNames.InfrequentAccess];

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceAlreadyExistsException.</exception>
    public async Task<EmptyResponse> CreateAsync(CreateLogGroupRequest request, CallContext context, CancellationToken cancellationToken)
    {
        Tags(new Validation().GroupName(request.LogGroupName).Length("kmsKeyId", request.KmsKeyId, 0, 256).OneOf("logGroupClass", request.LogGroupClass, Classes), request.Tags)
            .ThrowIfFaulty(LogResources.InvalidParameter);
        var group = new LogGroupRow { Name = request.LogGroupName!, Class = request.LogGroupClass ?? LogNames.Standard, KmsKey = request.KmsKeyId, Tags = Write(request.Tags ?? new Dictionary<string, string?>()) };
        if (!await store.CreateGroupAsync(group, cancellationToken))
            throw new AwsErrorException("ResourceAlreadyExistsException", $"The specified log group already exists: {group.Name}");
        return new EmptyResponse();
    }

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<EmptyResponse> DeleteAsync(LogGroupRequest request, CallContext context, CancellationToken cancellationToken)
        => Done(await store.DeleteGroupAsync(Checked(request.LogGroupName), cancellationToken), request.LogGroupName!);

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<EmptyResponse> PutRetentionAsync(PutRetentionPolicyRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().GroupName(request.LogGroupName).Required("retentionInDays", request.RetentionInDays)
            .Must(request.RetentionInDays is not { } days || Days.Contains(days), "retentionInDays", $"Member must satisfy enum value set: [{string.Join(", ", Days)}]").ThrowIfFaulty(LogResources.InvalidParameter);
        return Done(await store.SetRetentionAsync(request.LogGroupName!, request.RetentionInDays, cancellationToken), request.LogGroupName!);
    }

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<EmptyResponse> DeleteRetentionAsync(LogGroupRequest request, CallContext context, CancellationToken cancellationToken)
        => Done(await store.SetRetentionAsync(Checked(request.LogGroupName), null, cancellationToken), request.LogGroupName!);

    /// <exception cref="AwsErrorException">InvalidParameterException.</exception>
    public async Task<DescribeLogGroupsResponse> DescribeAsync(DescribeLogGroupsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (prefix, part) = (request.LogGroupNamePrefix, request.LogGroupNamePattern);
        new Validation().Length("logGroupNamePrefix", prefix, 1, LogNames.MaxName).Length("logGroupNamePattern", part, 0, LogNames.MaxName)
            .Must(prefix is null || part is null, "logGroupNamePattern", "LogGroupNamePrefix and LogGroupNamePattern may not be used together")
            .Range("limit", request.Limit, 1, MaxPage).ThrowIfFaulty(LogResources.InvalidParameter);
        var scope = PageToken.Scope("DescribeLogGroups", [("Prefix", [prefix ?? ""]), ("Pattern", [part ?? ""])]);
        var conditions = new SqlConditions();
        conditions.And($"name > {conditions.Value(LogTokens.Read(scope, request.NextToken))}");
        if (prefix is not null)
            conditions.And($"substr(name, 1, {prefix.Length}) = {conditions.Value(prefix)}");
        if (part is { Length: > 0 })
            conditions.And($"lower(name) LIKE {conditions.Value($"%{SqlText.Like(part.ToLowerInvariant())}%")} ESCAPE '!'");
        if (request.LogGroupClass is { } @class)
            conditions.And($"class = {conditions.Value(@class)}");
        var size = request.Limit ?? MaxPage;
        var found = await store.FindGroupsAsync(conditions, size + 1, cancellationToken);
        return new DescribeLogGroupsResponse
        {
            LogGroups = [.. found.Take(size).Select(group => Describe(group, context.Arns))],
            NextToken = found.Count > size ? PageToken.Write(scope, found[size - 1].Name) : null,
        };
    }

    /// <exception cref="AwsErrorException">ResourceNotFoundException.</exception>
    public async Task<LogTagsResponse> ListTagsAsync(LogTagsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var name = Named(request.ResourceArn);
        var group = await store.FindGroupAsync(name, cancellationToken) ?? throw LogResources.GroupMissing(name);
        return new LogTagsResponse { Tags = Read(group.Tags) };
    }

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException, TooManyTagsException.</exception>
    public async Task<EmptyResponse> TagAsync(TagLogsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        Tags(new Validation().Required("resourceArn", request.ResourceArn).Required("tags", request.Tags), request.Tags).ThrowIfFaulty(LogResources.InvalidParameter);
        var name = Named(request.ResourceArn);
        return Done(await store.ChangeTagsAsync(name, old =>
        {
            var tags = Read(old);
            foreach (var (key, value) in request.Tags!)
                tags[key] = value!;
            return tags.Count <= MaxTags ? Write(tags) : throw new AwsErrorException("TooManyTagsException", $"The log group {name} would have {tags.Count} tags; it may have {MaxTags}.");
        }, cancellationToken), name);
    }

    /// <exception cref="AwsErrorException">InvalidParameterException, ResourceNotFoundException.</exception>
    public async Task<EmptyResponse> UntagAsync(UntagLogsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("resourceArn", request.ResourceArn).Required("tagKeys", request.TagKeys).Items("tagKeys", request.TagKeys, 0, MaxTags).ThrowIfFaulty(LogResources.InvalidParameter);
        var name = Named(request.ResourceArn);
        return Done(await store.ChangeTagsAsync(name, old =>
        {
            var tags = Read(old);
            foreach (var key in request.TagKeys!)
                tags.Remove(key);
            return Write(tags);
        }, cancellationToken), name);
    }

    private static LogGroup Describe(LogGroupRow group, Arns arns) => new()
    {
        LogGroupName = group.Name,
        CreationTime = group.CreatedAt,
        RetentionInDays = (int?)group.RetentionDays,
        Arn = arns.LogGroup(group.Name) + ":*",
        LogGroupArn = arns.LogGroup(group.Name),
        StoredBytes = group.Bytes,
        KmsKeyId = group.KmsKey,
        LogGroupClass = group.Class,
    };

    private static string Checked(string? name)
    {
        new Validation().GroupName(name).ThrowIfFaulty(LogResources.InvalidParameter);
        return name!;
    }

    private static string Named(string? arn)
    {
        new Validation().Required("resourceArn", arn).ThrowIfFaulty(LogResources.InvalidParameter);
        return Checked(LogResources.NameOf(arn));
    }

    private static EmptyResponse Done(bool found, string name) => found ? new EmptyResponse() : throw LogResources.GroupMissing(name);

    private static Validation Tags(Validation validation, IReadOnlyDictionary<string, string?>? tags)
    {
        validation.Items("tags", tags?.Keys.ToList(), 1, MaxTags);
        foreach (var (key, value) in (tags ?? new Dictionary<string, string?>()).Take(MaxTags))
            validation.Length("tags.key", key, 1, MaxKey).Required("tags.value", value).Length("tags.value", value, 0, MaxValue);
        return validation;
    }

    private static Dictionary<string, string> Read(string json) => JsonSerializer.Deserialize(json, TagJsonContext.Default.DictionaryStringString)!;

    private static string Write(IEnumerable<KeyValuePair<string, string?>> tags) => Write(tags.ToDictionary(tag => tag.Key, tag => tag.Value!));

    private static string Write(Dictionary<string, string> tags) => JsonSerializer.Serialize(tags, TagJsonContext.Default.DictionaryStringString);
}
