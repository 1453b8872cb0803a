using System.Diagnostics.CodeAnalysis;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Nodes;

namespace Postern.Server.Documents;

internal static class DocumentsFeature
{
    public static IServiceCollection AddDocuments(this IServiceCollection services) => services
        .AddSingleton<DocumentStore>()
        .AddSingleton<SessionDocuments>()
        .AddSingleton(DocumentTags.Kind)
        .AddHostedService(provider => provider.GetRequiredService<SessionDocuments>());

    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var resources = services.GetRequiredService<NodeResources>();
        var reader = Make<DocumentReader>();
        operations.Add(SsmOperations.GetDocument, Access.UserOrNode, "ssm:GetDocument",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], reader.GetAsync);
        operations.Add(SsmOperations.DescribeDocument, Access.UserOrNode, "ssm:DescribeDocument",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], reader.DescribeAsync);
        operations.Add(SsmOperations.ListDocuments, Access.User, "ssm:ListDocuments", Touched.Anything, Make<ListDocuments>().HandleAsync);

        operations.Add(SsmOperations.CreateDocument, Access.User, "ssm:CreateDocument",
            (request, context) => new Touched(context.Arns.Document(request.Name ?? "")) { Keys = [.. NodeResources.KeysOf(request.Tags)] }, Make<CreateDocument>().HandleAsync);
        operations.Add(SsmOperations.UpdateDocument, Access.User, "ssm:UpdateDocument",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], Make<UpdateDocument>().HandleAsync);
        operations.Add(SsmOperations.DeleteDocument, Access.User, "ssm:DeleteDocument",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], Make<DeleteDocument>().HandleAsync);
        var versions = Make<DocumentVersions>();
        operations.Add(SsmOperations.ListDocumentVersions, Access.User, "ssm:ListDocumentVersions",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], versions.ListAsync);
        operations.Add(SsmOperations.UpdateDocumentDefaultVersion, Access.User, "ssm:UpdateDocumentDefaultVersion",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], versions.SetDefaultAsync);
        var permissions = Make<DocumentPermissions>();
        operations.Add(SsmOperations.ModifyDocumentPermission, Access.User, "ssm:ModifyDocumentPermission",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], permissions.ModifyAsync);
        operations.Add(SsmOperations.DescribeDocumentPermission, Access.User, "ssm:DescribeDocumentPermission",
            async (request, context, cancellationToken) => [await DocumentAsync(request.Name, context, cancellationToken)], permissions.DescribeAsync);

        var settings = Make<ServiceSettings>();
        operations.Add(SsmOperations.GetServiceSetting, Access.User, "ssm:GetServiceSetting", (request, context) => Setting(request.SettingId, context), settings.GetAsync);
        operations.Add(SsmOperations.UpdateServiceSetting, Access.User, "ssm:UpdateServiceSetting", (request, context) => Setting(request.SettingId, context), settings.UpdateAsync);
        operations.Add(SsmOperations.ResetServiceSetting, Access.User, "ssm:ResetServiceSetting", (request, context) => Setting(request.SettingId, context), settings.ResetAsync);

        T Make<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>() => ActivatorUtilities.CreateInstance<T>(services);

        // By name or by ARN; its tags are condition keys.
        ValueTask<Touched> DocumentAsync(string? name, CallContext context, CancellationToken cancellationToken)
            => resources.FindTaggedAsync(DocumentTags.ResourceType, SessionDocuments.WithoutOwner(name ?? ""), context, cancellationToken);
    }

    private static Touched Setting(string? id, CallContext context) => new(context.Arns.ServiceSetting(ServiceSettings.IdOf(id ?? "")));
}
