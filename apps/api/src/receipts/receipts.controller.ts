import { type ReceiptKeys, receiptRoutes } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { Door } from '../http/index.js';
import { ReceiptService } from './receipt.service.js';

/** The receipt itself is handed out by the room that knows whose edit it is. */
@Controller()
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptService) {}

  @Door(receiptRoutes.keys)
  keys(): ReceiptKeys {
    return this.receipts.keys();
  }
}
