//! Ends one analysis for good.

use super::receipt::{ObjectFacts, ReceiptFacts, Remains};
use super::{Receipt, Retention, RetentionError};
use crate::db::{AnalysisRecord, Destruction, FailedErasure, NewReceipt, ObjectsToDelete, ReportRecord};
use crate::domain::event::AnalysisFacts;
use crate::domain::{AgencyId, AnalysisId, ApiKeyId, DeletionCause, Event, Failpoint, ReceiptId, ReportId, failpoint};
use crate::storage::{NameError, ObjectName, Part};

impl Retention {
    /// Destroys what there is of an analysis that has its outcome: first, in one transaction, the report's key, the metadata and
    /// the bodies of what was told, with receipt and event; then the objects. Asked again it answers the same receipt. If only
    /// the object store fails, the receipt is answered all the same (nothing is readable) and the next sweep tries again.
    ///
    /// # Errors
    /// [`RetentionError::NoSuchAnalysis`], [`RetentionError::StillRunning`], and what the database refuses.
    pub async fn destroy(
        &self,
        agency: &AgencyId,
        analysis: &AnalysisId,
        cause: DeletionCause,
    ) -> Result<Receipt, RetentionError> {
        self.destroy_for(agency, analysis, cause, None).await
    }

    /// As [`Retention::destroy`], for the API key that asks: its row says so, the receipt does not.
    ///
    /// # Errors
    /// As [`Retention::destroy`].
    pub async fn destroy_for(
        &self,
        agency: &AgencyId,
        analysis: &AnalysisId,
        cause: DeletionCause,
        asked_by: Option<&ApiKeyId>,
    ) -> Result<Receipt, RetentionError> {
        let asked = analysis.clone();
        let (found, report, receipt) = self
            .db
            .as_agency(agency)
            .read(move |tx| {
                let found = tx.find_analysis(&asked)?.ok_or(RetentionError::NoSuchAnalysis { analysis: asked.clone() })?;
                Ok::<_, RetentionError>((found, tx.find_report(&asked)?, tx.find_receipt_of(&asked)?))
            })
            .await?;
        if !found.state.is_outcome() {
            return Err(RetentionError::StillRunning { analysis: found.id });
        }
        let receipt = match (receipt, &report) {
            (Some(record), _) => {
                self.db.keep_key(agency, record.id.as_str()).await?;
                record.into()
            }
            (None, Some(report)) => self.end_report(found, report.clone(), cause, asked_by).await?,
            (None, None) => self.end_failed(found, cause, asked_by).await?,
        };
        if let Some(report) = report
            && let Err(error) = self.delete_objects(&[objects_of(&report)]).await
        {
            tracing::warn!(%error, report = %report.id, "the objects of a destroyed report stay until the next sweep");
        }
        Ok(receipt)
    }

    /// A receipt, for whoever knows its id.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn find_receipt(&self, receipt: &ReceiptId) -> Result<Option<Receipt>, RetentionError> {
        let receipt = receipt.clone();
        let record = self.db.as_public().read(move |tx| Ok::<_, RetentionError>(tx.find_receipt(&receipt)?)).await?;
        Ok(record.map(Receipt::from))
    }

    /// The transaction that ends a report.
    pub(super) async fn end_report(
        &self,
        analysis: AnalysisRecord,
        report: ReportRecord,
        cause: DeletionCause,
        asked_by: Option<&ApiKeyId>,
    ) -> Result<Receipt, RetentionError> {
        let now = self.clock.now();
        let mut facts = ReceiptFacts::new(&analysis.id, cause.slug(), analysis.created_at, now);
        facts.report = Some(report.id.clone());
        facts.destroyed =
            ["the report's key", "photo rows and the reference", "webhook bodies and answers"].map(str::to_owned).to_vec();
        facts.objects = [(Part::Report, &report.pdf_object), (Part::Result, &report.result_object)]
            .map(|(part, object)| ObjectFacts { part: part.slug().to_owned(), bytes: object.size_bytes })
            .to_vec();
        facts.remains = vec![Remains {
            what: "Database backups made before the destruction may still hold the report's key, itself sealed.".to_owned(),
            until: now.plus(self.settings.backup_life).rfc3339(),
        }];
        let receipt = NewReceipt { requested_by: asked_by.cloned(), ..facts.signed(&self.vault)? };
        let record = self
            .db
            .as_system()
            .write(move |tx| {
                let about = AnalysisFacts {
                    sequence: tx.next_event_sequence(&analysis.id)?,
                    agency: analysis.agency,
                    api_key: analysis.origin.api_key().cloned(),
                    analysis: analysis.id,
                    photo_count: analysis.photo_count,
                    is_test: analysis.is_test,
                };
                let event = Event::deleted(&about, &report.id, cause, &receipt.id, now);
                Ok::<_, RetentionError>(tx.destroy_report(&Destruction { report: report.id, cause, receipt, event, now })?)
            })
            .await?;
        failpoint(Failpoint::KeyDestroyed);
        Ok(record.into())
    }

    /// An analysis that failed has no report, key or object, but what it left goes too.
    async fn end_failed(
        &self,
        analysis: AnalysisRecord,
        cause: DeletionCause,
        asked_by: Option<&ApiKeyId>,
    ) -> Result<Receipt, RetentionError> {
        let now = self.clock.now();
        let mut facts = ReceiptFacts::new(&analysis.id, cause.slug(), analysis.created_at, now);
        facts.destroyed = ["photo rows and the reference", "webhook bodies and answers"].map(str::to_owned).to_vec();
        let receipt = NewReceipt { requested_by: asked_by.cloned(), ..facts.signed(&self.vault)? };
        let erasure = FailedErasure { analysis: analysis.id, receipt, now };
        let record = self.db.as_system().write(move |tx| Ok::<_, RetentionError>(tx.erase_failed(&erasure)?)).await?;
        Ok(record.into())
    }

    /// Deletes the objects of ended reports, all in one go, and says so in the rows of those whose objects are gone. Answers how
    /// many reports those are; the rest is on the list for the next time.
    ///
    /// # Errors
    /// What the store could not do at all, and what the database refuses.
    pub(super) async fn delete_objects(&self, ended: &[ObjectsToDelete]) -> Result<u32, RetentionError> {
        let mut clean: Vec<(ReportId, Vec<ObjectName>)> = Vec::with_capacity(ended.len());
        for one in ended {
            match one.objects.iter().map(|text| text.parse()).collect::<Result<_, _>>() {
                Ok(names) => clean.push((one.report.clone(), names)),
                Err(NameError) => {
                    tracing::error!(report = %one.report, "a row names an object by something that is no object's name");
                }
            }
        }
        let names: Vec<ObjectName> = clean.iter().flat_map(|(_, names)| names.clone()).collect();
        let kept = self.store.delete_many(&names).await?;
        failpoint(Failpoint::ObjectsDeleted);
        clean.retain(|(_, names)| !names.iter().any(|name| kept.contains(name)));
        let gone: Vec<ReportId> = clean.into_iter().map(|(report, _)| report).collect();
        let count = u32::try_from(gone.len()).unwrap_or(u32::MAX);
        let marked = self
            .db
            .as_system()
            .write(move |tx| gone.iter().try_for_each(|report| Ok::<_, RetentionError>(tx.mark_objects_deleted(report)?)));
        marked.await?;
        Ok(count)
    }
}

fn objects_of(report: &ReportRecord) -> ObjectsToDelete {
    ObjectsToDelete {
        report: report.id.clone(),
        agency: report.agency.clone(),
        objects: vec![report.pdf_object.name.clone(), report.result_object.name.clone()],
    }
}
