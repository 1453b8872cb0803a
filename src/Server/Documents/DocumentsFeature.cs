namespace Postern.Server.Documents;

internal static class DocumentsFeature
{
    public static IServiceCollection AddDocuments(this IServiceCollection services) => services.AddSingleton<SessionDocuments>();
}
