using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Documents;

/// <summary>GetServiceSetting, UpdateServiceSetting and ResetServiceSetting.</summary>
internal sealed class ServiceSettings(SessionDocuments documents, DocumentStore store)
{
    private const int MaxId = 1000, MaxValue = 4096;
    private const string ArnMark = ":servicesetting/";

    /// <exception cref="AwsErrorException">ValidationException or ServiceSettingNotFound.</exception>
    public async Task<GetServiceSettingResponse> GetAsync(GetServiceSettingRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var rule = Require(request.SettingId, new Validation());
        return new GetServiceSettingResponse { ServiceSetting = await DescribeAsync(rule, context, cancellationToken) };
    }

    /// <exception cref="AwsErrorException">ValidationException or ServiceSettingNotFound.</exception>
    public async Task<EmptyResponse> UpdateAsync(UpdateServiceSettingRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var rule = Require(request.SettingId, new Validation().Required("settingValue", request.SettingValue).Length("settingValue", request.SettingValue, 1, MaxValue));
        if (!rule.Takes(request.SettingValue!))
            throw DocumentErrors.Invalid($"SettingValue of {rule.Id} must be {rule.Allowed}.");
        await store.SetSettingAsync(rule.Id, request.SettingValue!, context.Caller.Arn, cancellationToken);
        await documents.RefreshAsync(cancellationToken);
        return new EmptyResponse();
    }

    /// <exception cref="AwsErrorException">ValidationException or ServiceSettingNotFound.</exception>
    public async Task<ResetServiceSettingResponse> ResetAsync(ResetServiceSettingRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var rule = Require(request.SettingId, new Validation());
        await store.ResetSettingAsync(rule.Id, cancellationToken);
        await documents.RefreshAsync(cancellationToken);
        return new ResetServiceSettingResponse { ServiceSetting = await DescribeAsync(rule, context, cancellationToken) };
    }

    /// <summary>Settings may be named by ARN: arn:aws:ssm:REGION:ACCOUNT:servicesetting/ID, the id without its first slash.</summary>
    public static string IdOf(string setting)
        => setting.StartsWith("arn:", StringComparison.Ordinal) && setting.IndexOf(ArnMark, StringComparison.Ordinal) is var at and > 0
            ? "/" + setting[(at + ArnMark.Length)..]
            : setting;

    private static ServiceSettingRules.Rule Require(string? id, Validation validation)
    {
        validation.Required("settingId", id).Length("settingId", id, 1, MaxId).ThrowIfFaulty();
        return ServiceSettingRules.Find(IdOf(id!))
            ?? throw new AwsErrorException("ServiceSettingNotFound", $"There is no such setting here. SettingId is one of: {string.Join(", ", ServiceSettingRules.All.Select(rule => rule.Id))}.");
    }

    private async Task<ServiceSetting> DescribeAsync(ServiceSettingRules.Rule rule, CallContext context, CancellationToken cancellationToken)
    {
        var changed = await store.FindSettingAsync(rule.Id, cancellationToken);
        return new ServiceSetting
        {
            SettingId = rule.Id,
            SettingValue = changed?.Value ?? rule.Default,
            LastModifiedDate = changed is null ? DateTimeOffset.UnixEpoch : DateTimeOffset.FromUnixTimeMilliseconds(changed.ChangedAt),
            LastModifiedUser = changed?.ChangedBy ?? "System",
            Arn = context.Arns.ServiceSetting(rule.Id),
            Status = changed is null ? "Default" : "Customized",
        };
    }
}
